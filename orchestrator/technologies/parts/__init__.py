"""What technologies are made of: their protocols, their slices, how they run without a container.

A module is called after the technology that it is for, or, where several share it, after what it
does.
"""
