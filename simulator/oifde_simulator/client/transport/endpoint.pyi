from oifde_simulator_client.transport.endpoint import *
