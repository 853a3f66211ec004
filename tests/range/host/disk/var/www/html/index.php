<?php
require __DIR__ . '/includes/render.php';
require __DIR__ . '/includes/articles.php';

$list = '';
foreach (articles() as $id => $article) {
    $list .= '<li><a href="/article.php?id=' . $id . '">' . text($article['title']) . '</a></li>';
}
page('Kissa Hibari', '<ul>' . $list . '</ul>');
