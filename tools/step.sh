#!/usr/bin/env bash
# Run one step of the Makefile, say its name and how long it took.
set -u
name=$1
shift
echo "── $name"
start=$SECONDS
"$@"
status=$?
if [ $status -eq 0 ]; then word=done; else word=FAILED; fi
echo "── $name: $word after $((SECONDS - start)) s"
exit $status
