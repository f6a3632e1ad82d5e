"""What is kept of a run for whoever asks why: one folder, written while it lives and read later."""
