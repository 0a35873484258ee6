from oifde_simulator_client.transport.planes import *
