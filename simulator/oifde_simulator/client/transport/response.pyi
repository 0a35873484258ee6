from oifde_simulator_client.transport.response import *
