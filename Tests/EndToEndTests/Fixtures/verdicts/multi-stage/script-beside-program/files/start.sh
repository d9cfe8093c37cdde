#!/bin/sh
exec /hello
