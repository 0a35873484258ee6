from oifde_simulator_client.aio.events import *
