<?php
function articles(): array
{
    return [
        1 => ['title' => 'Opening hours', 'body' => 'We open at eleven, Tuesday to Sunday.'],
        2 => ['title' => 'New beans', 'body' => 'This month: a washed Ethiopian.'],
        3 => ['title' => 'Winter holidays', 'body' => 'Closed from the 29th to the 3rd.'],
    ];
}
