"""Exit 0 when /readyz says that this process is ready: the container's health check."""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
connection.request("GET", "/readyz")
sys.exit(0 if connection.getresponse().status == 200 else 1)
