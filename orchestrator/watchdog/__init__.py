"""What removes a run when the last that used it is gone, however it went."""
