from oifde_simulator_client.aio import *
