from oifde_simulator_client.models.listener import *
