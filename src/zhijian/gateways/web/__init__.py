"""The way in for browsers: coroutines read requests and send answers, threads are only held while they think."""
