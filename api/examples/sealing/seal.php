<?php
// Seals how to reach a running server, so that the service's workers alone can read it. Needs PHP 7.2 or later, whose sodium is built in.
//   echo '{"key": <answer of GET /v1/sealing-key>, "access": {…}}' | php seal.php

/** $key: the answer of GET /v1/sealing-key. What it returns is the `access` of an order or of POST /v1/incidents/{id}/access. */
function seal_access(array $key, array $access): array
{
    $message = json_encode($access, JSON_THROW_ON_ERROR);
    $sealed = sodium_crypto_box_seal($message, base64_decode($key['public_key'], true));
    sodium_memzero($message);
    return ['key_id' => $key['key_id'], 'sealed' => base64_encode($sealed)];
}

// Run as a program; included, it only gives seal_access.
if (PHP_SAPI === 'cli' && realpath($argv[0] ?? '') === __FILE__) {
    $input = json_decode(stream_get_contents(STDIN), true, 16, JSON_THROW_ON_ERROR);
    echo json_encode(seal_access($input['key'], $input['access']), JSON_THROW_ON_ERROR), "\n";
}
