<?php
require __DIR__ . '/../includes/render.php';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $picture = $_FILES['picture'] ?? null;
    $good = $picture !== null && $picture['error'] === UPLOAD_ERR_OK && str_starts_with((string) $picture['type'], 'image/');
    $good = $good && move_uploaded_file($picture['tmp_name'], __DIR__ . '/../uploads/gallery/' . basename($picture['name']));
    page('Gallery', $good ? '<p>Thank you for the picture.</p>' : '<p>That is no picture.</p>');
    exit;
}
page('Gallery', '<form method="post" enctype="multipart/form-data"><input type="file" name="picture"><button>Send</button></form>');
