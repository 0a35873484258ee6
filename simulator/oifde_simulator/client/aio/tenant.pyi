from oifde_simulator_client.aio.tenant import *
