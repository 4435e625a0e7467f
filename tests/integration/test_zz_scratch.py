import asyncio, gc, os, signal, time, logging
from collections.abc import Callable
import psutil, pytest
from config.settings import Settings
from support.owner import *
pytestmark = pytest.mark.stack

def broker(settings):
    port = int(settings.kafka.split(":")[1])
    for c in psutil.net_connections("tcp"):
        if c.status == "LISTEN" and c.laddr.port == port:
            return c.pid

@pytest.mark.parametrize("before", [0.0, 0.02, 0.05, 0.2, 3.0])
def test_frozen(make_settings, before, caplog):
    settings = make_settings(partitions=2)
    pid = broker(settings)
    publish(settings, receptions(0, 10))
    async def main():
        async with Owner(settings) as owner:
            await owner.reader.assign({0, 1})
            await asyncio.sleep(before)
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(1)
                t = time.monotonic()
                await owner.reader.stop()
                print(before, "stopped in", time.monotonic() - t)
            finally:
                os.kill(pid, signal.SIGCONT)
        gc.collect()
        await asyncio.sleep(0.5)
        print("tasks", [t.get_coro().__qualname__ for t in asyncio.all_tasks()])
    asyncio.run(main())
    gc.collect()
    print([r.getMessage()[:200] for r in caplog.records if r.levelno >= logging.WARNING][-6:])

def test_write_frozen(make_settings, caplog):
    settings = make_settings(partitions=2)
    pid = broker(settings)
    async def main():
        async with Owner(settings) as owner:
            owner.go_on.clear()
            publish(settings, receptions(0, 10) )
            await owner.hold_a_chunk_of(0)
            os.kill(pid, signal.SIGSTOP)
            try:
                owner.go_on.set()
                t = time.monotonic()
                await asyncio.sleep(13)
                await owner.reader.stop()
                print("stopped in", time.monotonic() - t)
            finally:
                os.kill(pid, signal.SIGCONT)
        gc.collect()
        await asyncio.sleep(0.5)
        print("tasks", [t.get_coro().__qualname__ for t in asyncio.all_tasks()])
    asyncio.run(main())
    gc.collect()
    print([r.getMessage()[:200] for r in caplog.records if r.levelno >= logging.WARNING][-9:])
