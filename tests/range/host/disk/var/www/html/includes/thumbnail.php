<?php
// Shrinks a picture with ImageMagick where the host allows it.
function thumbnail(string $source, string $target): bool
{
    if (!function_exists('exec') || !is_file($source)) {
        return false;
    }
    exec('convert ' . escapeshellarg($source) . ' -resize 96x96 ' . escapeshellarg($target), $lines, $status);
    return $status === 0;
}
