<?php
require __DIR__ . '/../includes/render.php';
require __DIR__ . '/../includes/session.php';

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    http_response_code(403);
    page('Log in', '<p>Wrong name or password.</p>');
    exit;
}
page('Log in', session_user() === null ? '<form method="post"><input name="user"><input name="password"></form>' : '<p>Welcome.</p>');
