from oifde_simulator_client.transport.hidden import *
