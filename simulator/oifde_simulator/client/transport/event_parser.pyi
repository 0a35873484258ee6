from oifde_simulator_client.transport.event_parser import *
