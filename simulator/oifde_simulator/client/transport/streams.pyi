from oifde_simulator_client.transport.streams import *
