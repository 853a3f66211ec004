<?php
require __DIR__ . '/../includes/render.php';

$name = trim((string) ($_POST['name'] ?? ''));
$sent = $name !== '' && mail('orders@example.jp', 'An order', 'From ' . $name . ': ' . trim((string) ($_POST['what'] ?? '')));
page('Order', $sent ? '<p>Thank you.</p>' : '<form method="post"><input name="name"><input name="what"><button>Order</button></form>');
