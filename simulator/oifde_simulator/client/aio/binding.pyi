from oifde_simulator_client.aio.binding import *
