#!/usr/bin/fish
/hello
