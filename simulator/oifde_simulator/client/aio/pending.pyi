from oifde_simulator_client.aio.pending import *
