"""Uses `cliq mcp` as an assistant does, through the official SDK: against a sandbox, over standard
input and output, and over HTTP."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager

import httpx2
import jsonschema
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

PROGRAM = os.path.abspath(sys.argv[1])
CHANNEL = "P1974166000016769023"
THREAD = "CT_1608777491574236080_637446511-T-1200000000000000003"


@asynccontextmanager
async def session(streams):
    async with AsyncExitStack() as stack:
        read, write, *_ = await stack.enter_async_context(streams)
        client = await stack.enter_async_context(ClientSession(read, write))
        hello = await client.initialize()
        assert hello.server_info.name == "cliq", hello
        yield client


def text(result):
    return result.content[0].text


async def call(client, name, **arguments):
    result = await client.call_tool(name, arguments)
    assert not result.is_error, (name, text(result))
    return text(result)


async def works(client):
    """Lists the tools, and calls ten of them."""
    tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for tool in tools.values():
        jsonschema.Draft202012Validator.check_schema(tool.input_schema)
        assert tool.description and tool.annotations is not None, tool
    assert tools["threads_get"].annotations.read_only_hint
    assert tools["threads_remove_followers"].annotations.destructive_hint

    thread = json.loads(await call(client, "threads_get", thread_chat_id=THREAD))
    assert thread["title"] == "Slow sign-in", thread
    listed = json.loads(await call(client, "threads_list", channel_id=CHANNEL))
    assert len(listed["data"]) == 1, listed
    await call(client, "threads_follow", thread_chat_id=THREAD)
    followers = json.loads(await call(client, "threads_list_followers", thread_chat_id=THREAD))
    assert followers, followers
    await call(client, "threads_mute", thread_chat_id=THREAD)
    await call(client, "threads_unmute", thread_chat_id=THREAD)
    await call(client, "threads_list_members", thread_chat_id=THREAD)
    await call(client, "threads_get_main_message", thread_chat_id=THREAD)
    posted = json.loads(
        await call(
            client, "threads_send_message", thread_chat_id=THREAD, text="Hello", sync_message=True
        )
    )
    assert posted["message_id"], posted
    await call(client, "threads_unfollow", thread_chat_id=THREAD)
    selected = await call(
        client,
        "threads_get",
        thread_chat_id=THREAD,
        result_query="last_message_information.text",
    )
    assert selected == '"Hello"', selected


async def obeys(client):
    """Runs into a rate limit, waits as it is told, and goes on."""
    for _ in range(25):
        result = await client.call_tool("threads_list_non_followers", {"thread_chat_id": THREAD})
        if result.is_error:
            break
    refusal = json.loads(text(result))
    assert refusal["kind"] == "limited", refusal
    wait = refusal["retry_after_seconds"]
    assert 0 < wait <= 62 and str(wait) in refusal["advice"], refusal
    # Other tools still work.
    await call(client, "threads_get", thread_chat_id=THREAD)
    await asyncio.sleep(wait)
    await call(client, "threads_list_non_followers", thread_chat_id=THREAD)


async def over_stdio(environment):
    server = StdioServerParameters(
        command=PROGRAM, args=["mcp", "--sandbox", "--write", "--wait", "0"], env=environment
    )
    async with session(stdio_client(server)) as client:
        await works(client)
        await obeys(client)


async def over_http(environment):
    process = subprocess.Popen(
        [PROGRAM, "mcp", "--sandbox", "--write", "--http"],
        env=environment | {"CLIQ_MCP_TOKEN": "41d9"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        url = re.search(r"http://\S+/mcp", process.stderr.readline())[0]
        async with httpx2.AsyncClient(headers={"Authorization": "Bearer 41d9"}) as http:
            async with session(streamable_http_client(url, http_client=http)) as client:
                await works(client)
    finally:
        process.terminate()
        process.wait()


async def main():
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        await over_http(environment)
        await over_stdio(environment)
    print("2 passed, 0 failed")


asyncio.run(main())
