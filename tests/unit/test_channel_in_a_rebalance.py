"""While partitions are revoked Faust suspends its channels and clears them; the chunk in hand must get through."""

import asyncio
from pathlib import Path

from config.settings import Settings
from streams.faust_app import create_app


async def what_an_agent_gets(folder: Path) -> str:
    """Put into the channel while the flow is suspended; get from the agent's clone of it after the flow has resumed."""
    app = create_app(Settings(), data_dir=folder, instance_id=None)
    channel = app.plain_channel()
    agents_clone = aiter(channel)
    app.flow_control.suspend()
    await asyncio.wait_for(channel.put("the chunk in hand"), 5)
    app.flow_control.resume()
    return str(await asyncio.wait_for(agents_clone.get(), 5))


def test_a_chunk_handed_over_in_a_rebalance_is_neither_held_up_nor_cleared(tmp_path: Path) -> None:
    assert asyncio.run(what_an_agent_gets(tmp_path)) == "the chunk in hand"
