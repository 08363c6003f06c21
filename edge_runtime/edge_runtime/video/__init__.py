"""Films and cameras: frames in, frames out, as many a second as the machine can do.

Reading and writing need PyAV (``pip install 'pocketlens[video]'``); nothing else here does.
"""
