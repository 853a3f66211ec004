<?php
// A signed token instead of server-side sessions: base64(user|expiry).signature
const SESSION_KEY_FILE = '/var/lib/site-queue/.session-key';

function session_user(): ?string
{
    [$payload, $signature] = array_pad(explode('.', (string) ($_COOKIE['session'] ?? ''), 2), 2, '');
    $key = is_file(SESSION_KEY_FILE) ? (string) file_get_contents(SESSION_KEY_FILE) : '';
    if ($key === '' || !hash_equals(hash_hmac('sha256', $payload, $key), $signature)) {
        return null;
    }
    [$user, $expiry] = array_pad(explode('|', (string) base64_decode($payload, true), 2), 2, '0');
    return (int) $expiry > time() ? $user : null;
}
