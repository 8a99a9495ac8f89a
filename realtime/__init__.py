"""The boards in real time: Socket.IO under eventlet. The only package that may import eventlet."""
