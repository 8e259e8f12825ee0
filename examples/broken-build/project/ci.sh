#!/bin/sh
# The build step of a CI job. The project is broken on purpose: go.mod was moved to retry v1.3.0, vendor/ was not.
set -x
go version
gofmt -l cmd internal
go vet ./...
go build -o /tmp/orders ./cmd/server
