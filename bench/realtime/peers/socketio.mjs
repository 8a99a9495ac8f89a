// A bare Socket.IO relay: bytes of a room are passed on to it. Nothing is kept, checked or acknowledged.
import http from "node:http";
import { Server } from "socket.io";
import { listens, port } from "./common.mjs";

const server = http.createServer();
const io = new Server(server, { transports: ["websocket"], perMessageDeflate: false });
io.on("connection", (socket) => {
  socket.on("join", async (room, answer) => {
    await socket.join(room);
    socket.on("u", (bytes) => socket.to(room).emit("u", bytes));
    answer(true);
  });
});
server.listen(port, "127.0.0.1", () => listens(server.address()));
