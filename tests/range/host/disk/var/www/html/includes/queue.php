<?php
function enqueue(string $name, string $message): bool
{
    if ($name === '' || $message === '') {
        return false;
    }
    $file = '/var/lib/site-queue/' . bin2hex(random_bytes(8)) . '.msg';
    return file_put_contents($file, json_encode(['name' => $name, 'message' => $message])) !== false;
}
