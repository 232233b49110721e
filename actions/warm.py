"""Unpacks the list of ZIPs and cities when the action server starts (it imports every module here),
so that the first person to name a place does not wait for it: one to three seconds."""

from threading import Thread

from directory.places import find_place

Thread(target=find_place, args=("Austin, TX",), name="unpack-places", daemon=True).start()
