<?php
require __DIR__ . '/includes/render.php';
require __DIR__ . '/includes/articles.php';

$article = articles()[(int) ($_GET['id'] ?? 0)] ?? null;
if ($article === null) {
    http_response_code(404);
    page('Not found', '<p>No such article.</p>');
    exit;
}
page($article['title'], '<p>' . text($article['body']) . '</p>');
