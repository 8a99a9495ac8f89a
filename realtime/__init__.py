"""The boards in real time: Socket.IO. The only package that may import eventlet or gevent."""
