"""Zhijian (智监): the working platform of a city market-supervision bureau."""

__version__ = "0.1.0"
