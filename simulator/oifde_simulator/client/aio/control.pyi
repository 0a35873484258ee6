from oifde_simulator_client.aio.control import *
