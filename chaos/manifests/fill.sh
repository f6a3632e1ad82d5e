redis-cli SET answer 42
