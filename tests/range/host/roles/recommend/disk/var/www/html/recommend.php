<?php
require __DIR__ . '/includes/render.php';

$friends = array_filter(array_map('trim', explode(',', (string) ($_POST['friends'] ?? ''))));
foreach ($friends as $friend) {
    mail($friend, (string) ($_POST['subject'] ?? 'Have a look'), (string) ($_POST['text'] ?? ''), 'From: ' . ($_POST['from'] ?? 'web@example.jp'));
}
page('Recommend', $friends ? '<p>Thank you.</p>' : '<form method="post"><input name="friends"><textarea name="text"></textarea><button>Send</button></form>');
