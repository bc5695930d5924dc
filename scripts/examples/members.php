<?php
// A page for people who are signed in.
// "url" of the configuration: written down here, as a request must not choose who is asked for its session.
const AUTH = 'https://example.com/api/auth';

/** The session of this request; null if nobody is signed in. Throws when nextauth.fcgi does not answer. */
function session(): ?array
{
    // Of all cookies only the session's goes there, in as many parts as it came in. ($_COOKIE has other names for them.)
    $ours = '/(?:^|; *)((?:__Secure-)?next-auth\.session-token(?:\.\d+)?=[^;\s]*)/';
    preg_match_all($ours, $_SERVER['HTTP_COOKIE'] ?? '', $found);
    if (!$found[1]) {
        return null;
    }
    $question = ['header' => 'Cookie: ' . implode('; ', $found[1]), 'timeout' => 5, 'follow_location' => 0];
    $stream = @fopen(AUTH . '/session', 'r', false, stream_context_create(['http' => $question]));
    $session = $stream ? json_decode(stream_get_contents($stream, 65536), true) : null;
    if (!is_array($session)) {
        throw new RuntimeException('no session from ' . AUTH);
    }
    // A session that is used lives on: the browser has to learn the cookie's new end.
    foreach (stream_get_meta_data($stream)['wrapper_data'] as $line) {
        if (preg_match('/^Set-Cookie: *(?:__Secure-)?next-auth\.session-token/i', $line)) {
            header($line, false);
        }
    }
    return isset($session['user']) ? $session : null;
}

function html($text): string
{
    return htmlspecialchars((string) $text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

header('Cache-Control: private, no-store');
try {
    $session = session();
} catch (RuntimeException $trouble) {
    error_log($trouble->getMessage());
    http_response_code(503);
    exit('We cannot see who you are at the moment. Please try again later.');
}
if (!$session) {
    header('Location: ' . AUTH . '/signin?callbackUrl=' . rawurlencode($_SERVER['REQUEST_URI']), true, 303);
    exit;
}
$user = $session['user'];
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Members</title>
<h1>Hello, <?= html($user['name'] ?? 'friend') ?></h1>
<p>You are signed in as <?= html($user['email'] ?? 'somebody without an address') ?>.
<p><a href="<?= html(AUTH) ?>/signout?callbackUrl=/">Sign out</a>
