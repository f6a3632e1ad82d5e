"""What can only be judged across entries: names, references, ports of this host, circles."""
