"""A sound device that another program has to itself: what ALSA and PortAudio say of such a one is their own.

ALSA asks a plugin of ours, which says EBUSY, as the driver of a card does. A C compiler builds it.
"""

import subprocess
from pathlib import Path
from typing import Final

_PLUGIN: Final = """
int _snd_pcm_busy_open(void) { return -16; }
const char __snd_pcm_busy_open_dlsym_pcm_001 = 0;
"""


def busy_type(folder: Path) -> str:
    """What lets ALSA's configuration name a device of `type busy`; the plugin is built in a folder."""
    plugin = folder / "libbusy.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(plugin)], input=_PLUGIN, text=True, check=True)
    return f'pcm_type.busy {{ lib "{plugin}" }}\n'
