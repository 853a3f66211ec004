<?php
function text(string $value): string
{
    return htmlspecialchars($value, ENT_QUOTES, 'UTF-8');
}

function page(string $title, string $body): void
{
    header('Content-Type: text/html; charset=UTF-8');
    echo '<!doctype html><title>', text($title), '</title><link rel="stylesheet" href="/assets/style.css"><h1>',
        text($title), '</h1>', $body;
}
