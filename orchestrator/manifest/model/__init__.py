"""The manifest's shape, as pydantic models: which keys there are, and what their values look like.

What a value *means* beside others (references, files, technologies) is judged later, in `building`
and `checks`. The same models make the JSON Schema.
"""
