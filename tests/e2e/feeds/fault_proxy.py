"""A TCP proxy that does to connections what networks do: delays, stalls, resets, trickles, and swallows without a word.

A fault set on the proxy holds for all its connections, those to come included, until another is set. It runs in a thread of its
own and is told what to do from the test's.
"""
import asyncio
import contextlib
import socket
import struct
import threading

UP, DOWN = "up", "down"  # from the client to the server, and back


class Link:
    """One connection through the proxy."""

    def __init__(self, client, server):
        self.ends = {UP: (client, server), DOWN: (server, client)}  # (reader, writer) by direction: read from one, written to the other
        self.moved = {UP: 0, DOWN: 0}

    def reset(self):
        """RST to both, instead of FIN: what is on its way is thrown away."""
        for _, writer in self.ends[UP]:
            if not writer.transport.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()


class FaultProxy:
    """Forwards `port` of this machine to `target`, a port of it too, or (host, port)."""

    def __init__(self, target):
        self.target = target if isinstance(target, tuple) else ("127.0.0.1", target)
        self.links = []
        self.accepted = 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait()

    # --- faults; thread: the test's

    def heal(self):
        """Forwards everything as it comes, from now on. What a stall held back goes on; what was swallowed is gone."""
        self._do(self._set)

    def delay(self, seconds):
        """Every piece arrives so much later, each way."""
        self._do(self._set, delay=seconds)

    def trickle(self, seconds):
        """One byte at a time, with a gap before each."""
        self._do(self._set, gap=seconds)

    def stall(self):
        """Nothing is forwarded either way; connections stay open, buffers fill up."""
        self._do(self._set, stalled=True)

    def swallow(self, *directions):
        """What comes in these directions is taken and thrown away; connections stay open, and nobody is told."""
        self._do(self._set, swallowed=directions)

    def cut_after(self, count):
        """Connections are reset when the server has said so many bytes."""
        self._do(self._set, cut=count)

    def reset(self):
        """Resets the connections there are. Those to come are not touched."""
        self._do(self._reset)

    def stop(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()

    # --- thread: the proxy's

    def _do(self, action, **how):
        done = threading.Event()

        def act():
            action(**how)
            done.set()
        self.loop.call_soon_threadsafe(act)
        done.wait()

    def _set(self, delay=0, gap=0, stalled=False, swallowed=(), cut=None):
        self.delayed, self.gap, self.swallowed, self.cut = delay, gap, swallowed, cut
        self.going.clear() if stalled else self.going.set()

    def _reset(self):
        for link in self.links:
            link.reset()
        self.links.clear()

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        self.going = asyncio.Event()
        self._set()
        self.server = self.loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = self.server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()
        self.server.close()
        self._reset()
        running = asyncio.all_tasks(self.loop)
        for task in running:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*running, return_exceptions=True))
        self.loop.close()

    async def _accept(self, *client):
        self.accepted += 1
        try:
            server = await asyncio.open_connection(*self.target)
        except OSError:
            client[1].transport.abort()
            return
        link = Link(client, server)
        self.links.append(link)
        with contextlib.suppress(asyncio.CancelledError):  # when the proxy ends
            await asyncio.gather(self._forward(link, UP), self._forward(link, DOWN))
        if link in self.links:
            self.links.remove(link)

    async def _forward(self, link, direction):
        (reader, _), (_, writer) = link.ends[direction]
        held = asyncio.Queue()  # pieces on their way, each with the time at which it arrives; an empty one is the end

        async def deliver():
            arrives, data = await held.get()
            while data:
                await asyncio.sleep(arrives - self.loop.time())
                await self._write(link, direction, writer, data)
                arrives, data = await held.get()
            writer.close()

        async def collect():
            data = True
            while data:
                await self.going.wait()
                data = await reader.read(65536)
                await self.going.wait()  # a stall that began meanwhile holds it
                while not data and direction in self.swallowed:
                    await asyncio.sleep(0.05)  # not even the end is told
                if direction not in self.swallowed:
                    held.put_nowait((self.loop.time() + self.delayed, data))

        try:
            await asyncio.gather(deliver(), collect())
        except OSError:
            link.reset()

    async def _write(self, link, direction, writer, data):
        for piece in ([data[i:i + 1] for i in range(len(data))] if self.gap else [data]):
            if self.gap:
                await asyncio.sleep(self.gap)
            if direction == DOWN and self.cut is not None:
                piece = piece[:self.cut - link.moved[DOWN]]
            writer.write(piece)
            link.moved[direction] += len(piece)
            await writer.drain()
            if direction == DOWN and self.cut is not None and link.moved[DOWN] >= self.cut:
                await asyncio.sleep(0.05)  # a reset throws away what has not been read
                link.reset()
                return
