"""Starts LocalStack on loopback alone: its gateway takes the port of GATEWAY_LISTEN, but listens on every address of the machine."""

from functools import partial
from runpy import run_module

from twisted.internet import endpoints

endpoints.TCP4ServerEndpoint = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")
run_module("localstack.runtime.main", run_name="__main__")
