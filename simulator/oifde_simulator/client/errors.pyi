from oifde_simulator_client.errors import *
