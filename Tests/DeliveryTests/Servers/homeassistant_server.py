"""A real Home Assistant (2024.3, from PyPI) with nothing but its MQTT integration, for the long tests.

homeassistant_server.py FOLDER PORT: listens to the broker on that port and prints a JSON line for every change of a state, null where
an entity is gone. Runs until it is ended.
"""
import asyncio
import json
import os
import sys

from homeassistant import auth, bootstrap, config_entries, core, loader
from homeassistant.setup import async_setup_component

folder, port = sys.argv[1], int(sys.argv[2])


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


entry = {
    "entry_id": "mqtt", "version": 1, "minor_version": 1, "domain": "mqtt", "title": "broker",
    "data": {"broker": "127.0.0.1", "port": port, "discovery": True, "discovery_prefix": "homeassistant"},
    "options": {}, "pref_disable_new_entities": False, "pref_disable_polling": False, "source": "user",
    "unique_id": None, "disabled_by": None}
write("configuration.yaml", "homeassistant:\n  name: Test\n")
write(".storage/core.config_entries", json.dumps(
    {"version": 1, "minor_version": 1, "key": "core.config_entries", "data": {"entries": [entry]}}))


def tell(event):
    state = event.data["new_state"]
    print(json.dumps({
        "entity": event.data["entity_id"], "state": state.state if state else None,
        "name": state.name if state else None, "title": state.attributes.get("title") if state else None}), flush=True)


async def main():
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True
    loader.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    hass.auth = await auth.auth_manager_from_config(hass, [], [])
    hass.bus.async_listen("state_changed", tell)
    if not await async_setup_component(hass, "mqtt", {}):
        sys.exit("the MQTT integration did not start")
    await hass.async_start()
    print("started", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
