"""Technologies of a project's own: files beside the manifest, `technologies/NAME.yaml`."""
