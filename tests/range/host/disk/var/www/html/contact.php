<?php
require __DIR__ . '/includes/render.php';
require __DIR__ . '/includes/queue.php';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $sent = enqueue(trim((string) ($_POST['name'] ?? '')), trim((string) ($_POST['message'] ?? '')));
    page('Contact', $sent ? '<p>Thank you.</p>' : '<p>Please fill in both fields.</p>');
    exit;
}
page('Contact', '<form method="post"><input name="name"><textarea name="message"></textarea><button>Send</button></form>');
